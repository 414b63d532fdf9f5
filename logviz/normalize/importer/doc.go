// Package importer turns definitions that were written for other programs into those of package normalize: grok patterns,
// liblognorm's rulebases, fail2ban's filters and pylogsparser's XML. [Grok], [Liblognorm], [Fail2ban] and [Pylogsparser]
// read one file each and give an [Import]; [Write] makes the YAML file of it.
//
// It promises that what it gives compiles and passes its own tests, and that what could not be translated, or only with a
// difference, is told with file, line and reason. It cannot promise that an imported pattern understands exactly the
// lines that the original did: ours match whole texts, and the first pattern of the file wins.
package importer
