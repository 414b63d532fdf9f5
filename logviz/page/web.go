package page

import _ "embed"

// The page's script and style, bundled by ./pack from web. A test there holds them to be current.
//
//go:embed web/dist/page.js
var script string

//go:embed web/dist/page.css
var style string
