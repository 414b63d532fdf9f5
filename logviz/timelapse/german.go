package timelapse

func german() *phrases {
	return &phrases{
		title: "Abgewiesene ssh-Anmeldungen weltweit", titleOfRegion: "Abgewiesene ssh-Anmeldungen",
		subtitle: "Abgewiesene Versuche, sich anzumelden, nach dem Land der Quelladresse",
		meaning:  "Ort der Quelladresse, keine Zuschreibung.",
		origin:   "Orte der Adressen: %s. Karte: %s",

		fading: "Abgewiesene Versuche in etwa %s", within: "Abgewiesene Versuche in den letzten %s", soFar: "Abgewiesene Versuche bisher",
		whole: "Abgewiesene Versuche in %s", perStep: "Abgewiesene Versuche %s", peak: "Höchststand %s (%s)", from: "%s bis %s",

		failed:      [2]string{"abgewiesener Versuch", "abgewiesene Versuche"},
		failedSoFar: [2]string{"abgewiesener Versuch bisher", "abgewiesene Versuche bisher"},
		sources:     [2]string{"Adresse", "Adressen"},
		countries:   [2]string{"Land", "Länder"},
		accepted:    [2]string{"%s Anmeldung gelang", "%s Anmeldungen gelangen"}, acceptedLast: "%s, zuletzt %s",
		unplaced:  [2]string{"%s Versuch ohne Ort auf der Karte", "%s Versuche ohne Ort auf der Karte"},
		elsewhere: "%s von anderswo, %s ohne Ort",

		topCountries: "Länder", topAccounts: "Versuchte Konten", noName: "(ohne Namen)", others: "… andere Konten",

		units: [4]unit{
			{"Sekunde", "Sekunden", "Sekunden", "je Sekunde", "Abgewiesene Versuche in der letzten Sekunde"},
			{"Minute", "Minuten", "Minuten", "je Minute", "Abgewiesene Versuche in der letzten Minute"},
			{"Stunde", "Stunden", "Stunden", "je Stunde", "Abgewiesene Versuche in der letzten Stunde"},
			{"Tag", "Tage", "Tagen", "je Tag", "Abgewiesene Versuche am letzten Tag"},
		},
		months: [12]string{
			"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
		},
		shortMonths: [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
		weekdays:    [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		longDate:    "WEEKDAY, DAY. MONTH YEAR", shortDate: "DAY. MONTH", firstOfMonth: "1",

		group: ".", decimal: ",", thousands: [6]string{"\u00a0Tsd.", "\u00a0Mio.", "\u00a0Mrd.", "\u00a0Bio.", "×10¹⁵", "×10¹⁸"},
	}
}
