package logviz

// Bucket is what happened in one step of time: the unit in which films, charts and pages read a log.
// An attempt is one try to log in that the server answered; see [Statistics] for what counts.
type Bucket struct {
	Failed   int // attempts that were refused
	Accepted int // attempts that got in
	Sources  int // addresses whose first failed attempt falls into this bucket

	// Countries counts the failed attempts by ISO 3166-1 alpha-2 code, in order of the code;
	// the code "" stands for the attempts without a country (private, reserved, unknown, no address).
	Countries []Count
	// Accounts counts the failed attempts by the account that was tried, in order of the name.
	Accounts []Count
}

// Count is a number of attempts under a name.
type Count struct {
	Name string
	N    int
}
