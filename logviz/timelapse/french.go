package timelapse

func french() *phrases {
	return &phrases{
		title: "Connexions ssh refusées dans le monde", titleOfRegion: "Connexions ssh refusées",
		subtitle: "Tentatives de connexion refusées, par pays de l’adresse source",
		meaning:  "Lieu de l’adresse source, sans attribution.",
		origin:   "Lieux des adresses\u00a0: %s. Carte\u00a0: %s",

		fading: "Tentatives refusées en %s environ", within: "Tentatives refusées, fenêtre de %s", soFar: "Tentatives refusées jusqu’ici",
		whole: "Tentatives refusées en %s", perStep: "Tentatives refusées %s", peak: "maximum %s (%s)", from: "%s au %s",

		failed:      [2]string{"tentative refusée", "tentatives refusées"},
		failedSoFar: [2]string{"tentative refusée jusqu’ici", "tentatives refusées jusqu’ici"},
		sources:     [2]string{"adresse", "adresses"},
		countries:   [2]string{"pays", "pays"},
		accepted:    [2]string{"%s connexion réussie", "%s connexions réussies"}, acceptedLast: "%s, dernière\u00a0: %s",
		unplaced:  [2]string{"%s tentative sans lieu sur la carte", "%s tentatives sans lieu sur la carte"},
		elsewhere: "%s d’ailleurs, %s sans lieu",

		topCountries: "Pays", topAccounts: "Comptes essayés", noName: "(sans nom)", others: "… autres comptes",

		zeroIsOne: true,
		units: [4]unit{
			{"seconde", "secondes", "secondes", "par seconde", "Tentatives refusées dans la dernière seconde"},
			{"minute", "minutes", "minutes", "par minute", "Tentatives refusées dans la dernière minute"},
			{"heure", "heures", "heures", "par heure", "Tentatives refusées dans la dernière heure"},
			{"jour", "jours", "jours", "par jour", "Tentatives refusées au dernier jour"},
		},
		months: [12]string{
			"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
		},
		shortMonths: [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		weekdays:    [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		longDate:    "WEEKDAY DAY MONTH YEAR", shortDate: "DAY MONTH", firstOfMonth: "1er",

		group: "\u00a0", decimal: ",", thousands: [6]string{"\u00a0k", "\u00a0M", "\u00a0Md", "×10¹²", "×10¹⁵", "×10¹⁸"},
	}
}
