package logviz

import _ "embed"

//go:embed statistics.schema.json
var statisticsSchema []byte

// StatisticsSchema returns the JSON Schema (draft 2020-12) of [Statistics].
func StatisticsSchema() []byte { return statisticsSchema }
