package timelapse

func spanish() *phrases {
	return &phrases{
		title: "Accesos ssh rechazados en el mundo", titleOfRegion: "Accesos ssh rechazados",
		subtitle: "Intentos de acceso rechazados, por país de la dirección de origen",
		meaning:  "Lugar de la dirección de origen, sin atribución.",
		origin:   "Lugares de las direcciones: %s. Mapa: %s",

		fading: "Intentos rechazados en unos %s", within: "Intentos rechazados, ventana de %s", soFar: "Intentos rechazados hasta ahora",
		whole: "Intentos rechazados en %s", perStep: "Intentos rechazados %s", peak: "máximo %s (%s)", from: "%s a %s",

		failed:      [2]string{"intento rechazado", "intentos rechazados"},
		failedSoFar: [2]string{"intento rechazado hasta ahora", "intentos rechazados hasta ahora"},
		sources:     [2]string{"dirección", "direcciones"},
		countries:   [2]string{"país", "países"},
		accepted:    [2]string{"%s acceso logrado", "%s accesos logrados"}, acceptedLast: "%s, último: %s",
		unplaced:  [2]string{"%s intento sin lugar en el mapa", "%s intentos sin lugar en el mapa"},
		elsewhere: "%s de otros lugares, %s sin lugar",

		topCountries: "Países", topAccounts: "Cuentas probadas", noName: "(sin nombre)", others: "… otras cuentas",

		units: [4]unit{
			{"segundo", "segundos", "segundos", "por segundo", "Intentos rechazados en el último segundo"},
			{"minuto", "minutos", "minutos", "por minuto", "Intentos rechazados en el último minuto"},
			{"hora", "horas", "horas", "por hora", "Intentos rechazados en la última hora"},
			{"día", "días", "días", "por día", "Intentos rechazados en el último día"},
		},
		months: [12]string{
			"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
		},
		shortMonths: [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
		weekdays:    [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		longDate:    "WEEKDAY, DAY de MONTH de YEAR", shortDate: "DAY MONTH", firstOfMonth: "1",

		// Four digits stay together (Real Academia Española, Ortografía de la lengua española, 2010); a point is what CLDR has.
		group: ".", decimal: ",", ungrouped: 4, thousands: [6]string{"\u00a0mil", "\u00a0M", "×10⁹", "×10¹²", "×10¹⁵", "×10¹⁸"},
	}
}
