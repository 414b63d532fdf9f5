package timelapse

// telling is what a language says on cards, in captions and in the names of chapters. A text with %s takes values; of two
// forms the first is for one.
type telling struct {
	tag string // ISO 639-2, as films have it

	counted, marks, readFrom, readFromMore string // on the opening card
	accounts                               [2]string
	rare                                   string // on the closing card

	opening, closing         string // chapters
	firstAccepted, day, peak string
	mostFrom                 string

	inAll, nothing string // captions
	mostFromN      string

	allAttempts, acceptedLogins, difference string // of two logs
}

func (l Language) telling() *telling {
	switch l {
	case German:
		return &telling{
			tag:     "ger",
			counted: "Gezählt sind die Versuche, sich anzumelden, die ein ssh-Server abgewiesen hat, am Ort der Adresse, von der sie kamen.",
			marks:   "zeigt Anmeldungen, die gelangen.", readFrom: "Aus %s", readFromMore: "Aus %s und %s weiteren",
			accounts: [2]string{"Konto", "Konten"}, rare: "Seltene Konten sind als eines gezählt",
			opening: "Vorspann", closing: "Alles zusammen", firstAccepted: "Erste gelungene Anmeldung, %s", day: "Tag %s: %s",
			peak: "Spitze um %s: %s %s", mostFrom: ", die meisten aus: %s",
			inAll: "Insgesamt %s", nothing: "kein abgewiesener Versuch", mostFromN: ", die meisten aus: %s (%s)",
			allAttempts: "Alle Versuche", acceptedLogins: "Gelungene Logins", difference: "Unterschied",
		}
	case Spanish:
		return &telling{
			tag:     "spa",
			counted: "Se cuentan los intentos de acceso que un servidor ssh rechazó, en el lugar de la dirección de la que vinieron.",
			marks:   "marca los accesos logrados.", readFrom: "De %s", readFromMore: "De %s y %s más",
			accounts: [2]string{"cuenta", "cuentas"}, rare: "Las cuentas poco frecuentes cuentan como una",
			opening: "Apertura", closing: "En total", firstAccepted: "Primer acceso logrado, %s", day: "Día %s: %s",
			peak: "Máximo a las %s: %s %s", mostFrom: ", la mayoría de: %s",
			inAll: "En total, %s", nothing: "ningún intento rechazado", mostFromN: ", la mayoría de: %s (%s)",
			allAttempts: "Todos los intentos", acceptedLogins: "Accesos logrados", difference: "Diferencia",
		}
	case French:
		return &telling{
			tag:     "fre",
			counted: "Sont comptées les tentatives de connexion qu’un serveur ssh a refusées, au lieu de l’adresse dont elles venaient.",
			marks:   "marque les connexions réussies.", readFrom: "D’après %s", readFromMore: "D’après %s et %s autres",
			accounts: [2]string{"compte", "comptes"}, rare: "Les comptes rares sont comptés comme un seul",
			opening: "Ouverture", closing: "En tout", firstAccepted: "Première connexion réussie, %s", day: "Jour %s\u00a0: %s",
			peak: "Maximum à %s\u00a0: %s %s", mostFrom: ", la plupart de\u00a0: %s",
			inAll: "En tout %s", nothing: "aucune tentative refusée", mostFromN: ", la plupart de\u00a0: %s (%s)",
			allAttempts: "Toutes", acceptedLogins: "Réussies", difference: "Différence",
		}
	case English:
	}
	return &telling{
		tag:     "eng",
		counted: "Counted are the attempts to log in that an ssh server refused, at the place of the address that they came from.",
		marks:   "marks logins that were accepted.", readFrom: "Read from %s", readFromMore: "Read from %s and %s more",
		accounts: [2]string{"account", "accounts"}, rare: "Rare accounts are counted as one",
		opening: "Opening", closing: "All in all", firstAccepted: "First accepted login, %s", day: "Day %s: %s",
		peak: "Peak at %s: %s %s", mostFrom: ", most from %s",
		inAll: "In all %s", nothing: "no failed attempt", mostFromN: ", most from %s (%s)",
		allAttempts: "All attempts", acceptedLogins: "Accepted logins", difference: "Difference",
	}
}
