package timelapse

func english() *phrases {
	return &phrases{
		title: "Failed ssh logins around the world", titleOfRegion: "Failed ssh logins",
		subtitle: "Attempts to log in that were refused, by country of the source address",
		meaning:  "Source-IP location, not attribution.",
		origin:   "IP locations: %s. Map: %s",

		fading: "Failed attempts in about %s", within: "Failed attempts in the last %s", soFar: "Failed attempts so far", whole: "Failed attempts in %s",
		perStep: "Failed attempts %s", peak: "peak %s at %s", from: "%s to %s",

		failed:      [2]string{"failed attempt", "failed attempts"},
		failedSoFar: [2]string{"failed attempt so far", "failed attempts so far"},
		sources:     [2]string{"address", "addresses"},
		countries:   [2]string{"country", "countries"},
		accepted:    [2]string{"%s accepted login", "%s accepted logins"}, acceptedLast: "%s, last at %s",
		unplaced:  [2]string{"%s attempt without a place on the map", "%s attempts without a place on the map"},
		elsewhere: "%s from elsewhere, %s without a place",

		topCountries: "Countries", topAccounts: "Accounts tried", noName: "(no name)", others: "… other accounts",

		units: [4]unit{
			{"second", "seconds", "seconds", "per second", "Failed attempts in the last second"},
			{"minute", "minutes", "minutes", "per minute", "Failed attempts in the last minute"},
			{"hour", "hours", "hours", "per hour", "Failed attempts in the last hour"},
			{"day", "days", "days", "per day", "Failed attempts in the last day"},
		},
		months: [12]string{
			"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
		},
		shortMonths: [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		weekdays:    [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		longDate:    "WEEKDAY, DAY MONTH YEAR", shortDate: "DAY MONTH", firstOfMonth: "1",

		group: ",", decimal: ".", thousands: [6]string{"k", "m", "bn", "tn", "×10¹⁵", "×10¹⁸"},
	}
}
