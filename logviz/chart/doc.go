// Package chart draws what a log says in numbers as pictures: bars, pies, a heat strip of hours and days, and the course
// of time. Start with [Ranking] and [Chart.SVG].
//
// What it promises: every number drawn is one of the statistics; what has no row of its own is counted in one called
// "others"; the same input gives the same bytes; words are words, never markup, whatever an attacker calls himself. An SVG
// has a title and a description for people who do not see it, follows the reader's choice of light or dark, and has no
// script and nothing from elsewhere. Colours are those of cividis, told apart with any kind of colour vision.
package chart
