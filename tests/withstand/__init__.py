"""What happens to the program in bad weather: crowds, crashes, outages, garbage. Nobody is left standing."""
