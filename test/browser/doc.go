// Package browser has the tests of ops logviz page and of ops logviz live in a real browser, Chromium without a window.
// They press keys and click like a person, compare what the page shows with what the program counts, and look for what
// nobody may see: an error, a violation of the Content-Security-Policy, a request to any host, a name out of a log that became
// markup.
//
// Start with chromium_test.go, which runs the browser in a network namespace of its own, and tab_test.go, which watches
// one page. The package has no code but tests.
package browser
