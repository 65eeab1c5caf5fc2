// The door on a phone. Every tap is first kept here, then sent; sent twice it acts once, for it carries its own key.
"use strict";
(() => {
  const PATIENCE = 15000; // ms for one answer: on a weak signal it is asked again rather than waited for
  const EVERY = 20000; // ms between two looks at the list
  const DOOR = "nk-door"; // which door this phone stands at
  const CARD = /\/hadir\/(t[0-9A-Za-z_-]{8,40})(?:$|[?#])/;
  const at = (id) => document.getElementById(id);
  const page = document.body.dataset;
  const told = at("told");

  // --- what this phone remembers

  const beside = new Map(); // where the browser keeps nothing for us: better than losing a tap at once
  const kept = (name, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? beside.get(name) ?? otherwise;
    } catch {
      return beside.get(name) ?? otherwise;
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      beside.set(name, value);
    }
  };
  const forget = (name) => {
    beside.delete(name);
    try {
      localStorage.removeItem(name);
    } catch {
      // it kept nothing
    }
  };
  if (page.door) keep(DOOR, { door: page.door, event: page.event });
  const door = page.door ? { door: page.door, event: page.event } : kept(DOOR, null);
  const waiting = () => kept(`nk-taps-${door.event}`, []);
  const change = (how) => keep(`nk-taps-${door.event}`, how(waiting()));
  const here = (path) => `/hadir/${door.door}/${path}`;

  const chance = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const patience = () => AbortSignal.timeout?.(PATIENCE);
  const clock = (when) => new Date(when).toTimeString().slice(0, 5).replace(":", ".");

  // --- showing

  const made = (name, words, kind) => {
    const element = document.createElement(name);
    if (words) element.textContent = words;
    if (kind) element.className = kind;
    return element;
  };

  const say = (kind, words, key) => {
    const note = made("div", "", `note ${kind}`);
    const inside = made("div");
    inside.append(made("p", words));
    if (key) {
      const undo = made("button", "Urungkan", "quiet small");
      undo.type = "button";
      undo.addEventListener("click", () => takeBack(key));
      inside.append(undo);
    }
    note.append(inside);
    told.replaceChildren(note);
  };

  let people = [];
  let lost = 0; // since when there is no signal
  let noted = {}; // key -> what the program answered

  const signal = () => {
    if (!at("offline")) return;
    const count = waiting().length;
    at("offline").hidden = !lost;
    if (!lost) return;
    at("since").textContent = clock(lost);
    at("kept").textContent = count
      ? `${count} catatan disimpan di HP ini dan dikirim sendiri, masing-masing sekali.`
      : "Yang dicatat disimpan di HP ini dan dikirim sendiri.";
  };

  const count = (tally) => {
    if (!at("came")) return;
    at("came").textContent = tally.came;
    at("expected").textContent = tally.expected;
    at("free").textContent = tally.free;
    at("bar").max = Math.max(1, tally.expected);
    at("bar").value = tally.came;
  };

  const row = (person) => {
    const item = made("li");
    const about = made("div");
    about.append(made("b", person.stand_in ? `${person.stand_in}, mewakili ${person.name}` : person.name));
    const also = [person.business, person.regency].filter(Boolean).join(", ");
    const said = [person.late && "Bilang terlambat.", person.waits && "Di daftar tunggu."].filter(Boolean).join(" ");
    about.append(made("span", [also, said].filter(Boolean).join(". "), "sub"));
    item.append(about);
    if (person.at) {
      item.append(made("span", `Hadir ${person.at}`, "badge"));
      return item;
    }
    const acts = made("div", "", "acts");
    const come = made("button", "Hadir", "primary small");
    come.setAttribute("aria-label", `Hadir ${person.name}`);
    come.addEventListener("click", () => comes(person));
    const instead = made("button", "Diwakili", "quiet small");
    instead.setAttribute("aria-label", `${person.name} diwakili`);
    instead.addEventListener("click", () => who(item, person));
    come.type = instead.type = "button";
    acts.append(come, instead);
    item.append(acts);
    return item;
  };

  const who = (item, person) => {
    if (item.querySelector("form")) return;
    const form = made("form");
    const label = made("label", "Siapa yang datang?");
    const field = made("input");
    field.id = `who-${person.id}`;
    label.htmlFor = field.id;
    field.required = true;
    field.maxLength = 100;
    const send = made("button", "Hadir, diwakili", "primary wide");
    form.append(label, field, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) comes(person, field.value.trim());
    });
    item.append(form);
    field.focus();
  };

  const words = (said) => said.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

  const show = () => {
    if (!at("pin")) return;
    const four = at("pin").value.trim();
    const found = /^\d{4}$/.test(four)
      ? [...people.filter((p) => p.digits.endsWith(four)), ...people.filter((p) => p.tail === four && !p.digits.endsWith(four))]
      : [];
    at("by-pin").replaceChildren(...found.map(row));
    const nobody = "Tidak ada yang cocok. Cari namanya, atau catat sebagai tamu.";
    const many = "Lebih dari satu yang cocok: tanyakan namanya.";
    at("pin-b").textContent =
      four.length < 4 ? "Nama muncul sendiri setelah angka keempat." : !found.length ? nobody : found.length > 1 ? many : "";
    const wanted = words(at("name").value);
    const matches = (p) => {
      const own = words(`${p.name} ${p.business} ${p.stand_in}`);
      return wanted.every((w) => own.some((o) => o.startsWith(w)));
    };
    at("by-name").replaceChildren(...(wanted.length ? people.filter(matches).slice(0, 30) : []).map(row));
  };

  // --- taps

  const tapped = (tap, words) => {
    const whole = { ...tap, key: chance(), made: Date.now() };
    change((taps) => [...taps, whole]);
    say("ok", words, whole.key);
    show();
    signal();
    send();
    return whole.key;
  };

  const comes = (person, standIn) => {
    const now = clock(Date.now());
    person.at = now;
    if (standIn) person.stand_in = standIn;
    at("pin").value = "";
    at("name").value = "";
    const called = standIn ? `${standIn}, mewakili ${person.business || person.name}` : person.name;
    tapped({ what: "in", id: person.id, stand_in: standIn ?? "" }, `${called}. Hadir ${now}.`);
  };

  const takeBack = (key) => {
    const unsent = waiting().find((tap) => tap.key === key);
    const answer = noted[key];
    if (!unsent && !answer?.id) return;
    const id = answer?.id ?? unsent.id;
    const person = people.find((p) => p.id === id);
    if (person) person.at = "";
    if (unsent && sending !== key) change((taps) => taps.filter((tap) => tap.key !== key));
    else if (id) change((taps) => [...taps, { what: "undo", id, key: chance(), made: Date.now() }]);
    told.replaceChildren();
    say("warn", "Diurungkan.");
    show();
    signal();
    send();
  };

  let sending = "";
  let shut = false;

  const post = async (tap) => {
    const { made: when, ...rest } = tap;
    const body = JSON.stringify({ ...rest, ago: (Date.now() - when) / 1000 });
    const headers = { "Content-Type": "application/json" };
    return fetch(here("catat"), { method: "POST", body, headers, cache: "no-store", signal: patience() });
  };

  const over = () => {
    shut = true;
    forget(DOOR);
    if (page.card) {
      // this phone stood at a door once, and is its owner's again
      change((taps) => taps.filter((tap) => tap.card !== page.card));
      at("show").hidden = at("staff").hidden = false;
      at("back").hidden = true;
      return told.replaceChildren();
    }
    say("bad", "Tautan pintu ini sudah tidak berlaku. Catatan di HP ini tidak hilang: minta tautan baru kepada panitia, lalu buka di sini.");
  };

  const heard = (tap, answer) => {
    noted[tap.key] = answer;
    if (answer.tally) count(answer.tally);
    const person = people.find((p) => (answer.id ? p.id === answer.id : p.id === tap.id));
    const came = answer.what === "noted" || answer.what === "already";
    if (person) person.at = came ? answer.at : "";
    if (tap.what === "undo") return;
    if (tap.what === "card" || tap.what === "guest" || answer.what !== "noted" || /penuh/.test(answer.said))
      say(answer.what === "noted" ? "ok" : answer.what === "already" ? "warn" : "bad", answer.said, answer.what === "noted" && tap.key);
  };

  // One after the other, in the order in which they were tapped. What cannot be sent stays, and is tried again.
  const send = async () => {
    if (sending || shut || !door) return;
    try {
      for (let tap = waiting()[0]; tap; tap = waiting()[0]) {
        sending = tap.key;
        const response = await post(tap);
        if (response.status === 404 || response.status === 410) return over();
        if (response.status >= 429) throw new Error("later");
        const answer = await response.json();
        change((taps) => taps.filter((other) => other.key !== tap.key));
        if (response.ok) heard(tap, answer);
        else say("bad", answer.said || "Catatan itu tidak terbaca. Ulangi.");
      }
      lost = 0;
    } catch {
      lost ||= Date.now();
    } finally {
      sending = "";
      signal();
      show();
    }
  };

  const look = async () => {
    if (shut || !page.door) return;
    await send();
    try {
      const response = await fetch(here("daftar"), { cache: "no-store", signal: patience() });
      if (response.status === 404 || response.status === 410) return over();
      if (!response.ok) throw new Error("later");
      const list = await response.json();
      const unsent = waiting();
      if (unsent.length) return; // the list does not know yet what was tapped here
      people = list.people;
      count(list.tally);
      lost = 0;
    } catch {
      lost ||= Date.now();
    }
    signal();
    if (!document.querySelector(".people form")) show();
  };

  // --- cards

  const marked = async (token) => {
    if (!crypto.subtle) return "";
    const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
    return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("").slice(0, 16);
  };

  const card = async (token) => {
    const mark = await marked(token);
    const person = people.find((p) => p.mark === mark);
    if (person?.at) return say("warn", `${person.name} sudah tercatat hadir pukul ${person.at}. Tidak perlu lagi.`);
    if (person) return comes(person);
    tapped({ what: "card", card: token }, "Kartu dicatat.");
  };

  let stream = null;
  const dark = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    at("camera").hidden = true;
  };

  const scan = async () => {
    const reader = new BarcodeDetector({ formats: ["qr_code"] });
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      return say("bad", "Kamera tidak bisa dibuka. Izinkan kamera untuk halaman ini, atau ketik 4 angka.");
    }
    at("camera").hidden = false;
    at("video").srcObject = stream;
    await at("video").play();
    let last = "";
    const glance = async () => {
      if (!stream) return;
      const codes = await reader.detect(at("video")).catch(() => []);
      const found = codes.map((code) => code.rawValue).find((value) => value !== last);
      if (found) {
        last = found;
        const token = CARD.exec(found)?.[1];
        if (token) await card(token);
        else say("bad", "Itu bukan kartu hadir kami.");
      }
      setTimeout(glance, 250);
    };
    glance();
  };

  // --- the two pages

  if (page.door) {
    const reads = "BarcodeDetector" in window && Boolean(navigator.mediaDevices);
    at("scan").hidden = !reads;
    at("noscan").hidden = reads;
    at("scan").addEventListener("click", scan);
    at("stop").addEventListener("click", dark);
    at("pin").addEventListener("input", show);
    at("name").addEventListener("input", show);
    at("guest").addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target;
      const said = Object.fromEntries(new FormData(form));
      tapped({ what: "guest", ...said }, `${said.name}. Hadir ${clock(Date.now())}, tanpa daftar.`);
      for (const name of ["name", "business", "phone"]) form.elements[name].value = "";
      at("g-signed").checked = false;
      at("walk").open = false;
    });
    addEventListener("online", look);
    addEventListener("offline", () => {
      lost ||= Date.now();
      signal();
    });
    setInterval(look, EVERY);
    look();
  } else if (page.card && door) {
    at("show").hidden = at("staff").hidden = true;
    at("back").hidden = false;
    at("back").firstElementChild.href = `/hadir/${door.door}`;
    tapped({ what: "card", card: page.card }, "Kartu dicatat.");
  }
})();
