package page

// words is what the parts of the page that Go writes say in one language. The script has its own.
type words struct {
	lang           string // ISO 639-1
	group, decimal string // between three digits, and before a fraction
	percent        string

	title, period string
	totals        totalsWords
	tables        tablesWords
	heads         headsWords
	more          string
	empty         string // in place of a name
	notLogged     string // in place of a time or an address
	attribution   string
	script        string // what scripts are good for
}

// totalsWords stand behind numbers.
type totalsWords struct{ failed, unknown, accepted, suspect, addresses, countries, notLocated, untimed, unparsed string }

// tablesWords stand above tables.
type tablesWords struct{ logins, countries, accounts, addresses, networks, methods, hours string }

// headsWords stand above columns.
type headsWords struct {
	time, account, method, address, network, country, attempts, share, addresses, before, day string
}

// wordsFor returns those of a language; English for "auto" and others.
func wordsFor(lang string) *words {
	switch lang {
	case "de":
		return german()
	case "es":
		return spanish()
	case "fr":
		return french()
	}
	return english()
}

func english() *words {
	return &words{
		lang: "en", group: ",", decimal: ".", percent: "%",
		title: "Failed ssh logins around the world", period: "%s to %s",
		totals: totalsWords{
			failed:     "failed attempts",
			unknown:    "of them on accounts that do not exist",
			accepted:   "logins that succeeded",
			suspect:    "of them after failures from the same address",
			addresses:  "addresses",
			countries:  "countries",
			notLocated: "attempts without a country",
			untimed:    "attempts without a time",
			unparsed:   "lines not understood, of %s",
		},
		tables: tablesWords{
			logins:    "Logins that succeeded",
			countries: "Countries",
			accounts:  "Accounts",
			addresses: "Addresses",
			networks:  "Networks",
			methods:   "Methods",
			hours:     "Attempts by the hour",
		},
		heads: headsWords{
			time:      "Time",
			account:   "Account",
			method:    "Method",
			address:   "Address",
			network:   "Network",
			country:   "Country",
			attempts:  "Attempts",
			share:     "Share",
			addresses: "Addresses",
			before:    "Failed before",
			day:       "Day",
		},
		more:        "and %s more",
		empty:       "(empty)",
		notLogged:   "not logged",
		attribution: "Where an address is registered does not say who used it.",
		script:      "With JavaScript, this page plays the log on a map.",
	}
}

func german() *words {
	return &words{
		lang: "de", group: ".", decimal: ",", percent: "\u00a0%",
		title: "Abgewiesene ssh-Anmeldungen weltweit", period: "%s bis %s",
		totals: totalsWords{
			failed:     "abgewiesene Versuche",
			unknown:    "davon auf Konten, die es nicht gibt",
			accepted:   "gelungene Anmeldungen",
			suspect:    "davon nach abgewiesenen Versuchen derselben Adresse",
			addresses:  "Adressen",
			countries:  "Länder",
			notLocated: "Versuche ohne Land",
			untimed:    "Versuche ohne Zeit",
			unparsed:   "nicht verstandene Zeilen von %s",
		},
		tables: tablesWords{
			logins:    "Gelungene Anmeldungen",
			countries: "Länder",
			accounts:  "Konten",
			addresses: "Adressen",
			networks:  "Netze",
			methods:   "Verfahren",
			hours:     "Versuche je Stunde",
		},
		heads: headsWords{
			time:      "Zeit",
			account:   "Konto",
			method:    "Verfahren",
			address:   "Adresse",
			network:   "Netz",
			country:   "Land",
			attempts:  "Versuche",
			share:     "Anteil",
			addresses: "Adressen",
			before:    "Vorher abgewiesen",
			day:       "Tag",
		},
		more:        "und %s weitere",
		empty:       "(leer)",
		notLogged:   "nicht protokolliert",
		attribution: "Wo eine Adresse registriert ist, sagt nicht, wer sie benutzt hat.",
		script:      "Mit JavaScript zeigt diese Seite den Verlauf auf einer Karte.",
	}
}

func spanish() *words {
	return &words{
		lang: "es", group: ".", decimal: ",", percent: "\u00a0%",
		title: "Accesos ssh rechazados en el mundo", period: "de %s a %s",
		totals: totalsWords{
			failed:     "intentos rechazados",
			unknown:    "de ellos en cuentas que no existen",
			accepted:   "accesos conseguidos",
			suspect:    "de ellos tras rechazos de la misma dirección",
			addresses:  "direcciones",
			countries:  "países",
			notLocated: "intentos sin país",
			untimed:    "intentos sin hora",
			unparsed:   "líneas no entendidas de %s",
		},
		tables: tablesWords{
			logins:    "Accesos conseguidos",
			countries: "Países",
			accounts:  "Cuentas",
			addresses: "Direcciones",
			networks:  "Redes",
			methods:   "Métodos",
			hours:     "Intentos por hora",
		},
		heads: headsWords{
			time:      "Hora",
			account:   "Cuenta",
			method:    "Método",
			address:   "Dirección",
			network:   "Red",
			country:   "País",
			attempts:  "Intentos",
			share:     "Porcentaje",
			addresses: "Direcciones",
			before:    "Rechazos antes",
			day:       "Día",
		},
		more:        "y %s más",
		empty:       "(vacío)",
		notLogged:   "no registrado",
		attribution: "Dónde está registrada una dirección no dice quién la usó.",
		script:      "Con JavaScript, esta página muestra el transcurso en un mapa.",
	}
}

func french() *words {
	return &words{
		lang: "fr", group: "\u202f", decimal: ",", percent: "\u00a0%",
		title: "Connexions ssh refusées dans le monde", period: "du %s au %s",
		totals: totalsWords{
			failed:     "tentatives refusées",
			unknown:    "dont sur des comptes inexistants",
			accepted:   "connexions réussies",
			suspect:    "dont après des refus à la même adresse",
			addresses:  "adresses",
			countries:  "pays",
			notLocated: "tentatives sans pays",
			untimed:    "tentatives sans heure",
			unparsed:   "lignes non comprises sur %s",
		},
		tables: tablesWords{
			logins:    "Connexions réussies",
			countries: "Pays",
			accounts:  "Comptes",
			addresses: "Adresses",
			networks:  "Réseaux",
			methods:   "Méthodes",
			hours:     "Tentatives par heure",
		},
		heads: headsWords{
			time:      "Heure",
			account:   "Compte",
			method:    "Méthode",
			address:   "Adresse",
			network:   "Réseau",
			country:   "Pays",
			attempts:  "Tentatives",
			share:     "Part",
			addresses: "Adresses",
			before:    "Refus avant",
			day:       "Jour",
		},
		more:        "et %s de plus",
		empty:       "(vide)",
		notLogged:   "non journalisé",
		attribution: "Le lieu d’enregistrement d’une adresse ne dit pas qui s’en est servi.",
		script:      "Avec JavaScript, cette page montre le déroulement sur une carte.",
	}
}
