package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ops/internal/terminal"
	"ops/sshrestrict"
)

// judged is the outcome of one case.
type judged struct {
	Name     string     `json:"name"`
	Policy   string     `json:"policy"`
	Expected string     `json:"expected"`
	Verdict  string     `json:"verdict"`
	Code     string     `json:"code"`
	Reason   string     `json:"reason,omitempty"`
	Rule     string     `json:"rule,omitempty"`
	Argv     [][]string `json:"argv,omitempty"`
	OK       bool       `json:"ok"`
}

// runBatch judges a file of cases, prints one line for each, and the count.
func runBatch(e *env, o *explainOptions, base *sshrestrict.Request) error {
	in, name := e.in, "standard input"
	if o.batch != "-" {
		file, err := os.Open(o.batch)
		if err != nil {
			return withCode(exitNoInput, err)
		}
		defer file.Close()
		in, name = file, o.batch
	}
	cases, err := sshrestrict.ReadCases(name, in)
	if err != nil {
		return withCode(exitData, err)
	}
	folder, err := filepath.Abs(o.policies)
	if err != nil {
		return err
	}
	all := make([]judged, len(cases))
	wrong := 0
	for i := range cases {
		if all[i], err = judge(&cases[i], folder, base); err != nil {
			return withCode(exitConfig, err)
		}
		if !all[i].OK {
			wrong++
		}
	}
	if o.json {
		err = printJSON(e.out, all)
	} else {
		err = printJudged(e.out, all, wrong)
	}
	if err != nil {
		return withCode(exitIO, err)
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d cases were answered otherwise than expected", wrong, len(all))
	}
	return nil
}

func judge(c *sshrestrict.Case, folder string, base *sshrestrict.Request) (judged, error) {
	d, err := c.Judge(folder, *base)
	if err != nil {
		return judged{}, fmt.Errorf("case %s: %w", c.Name, err)
	}
	j := judged{
		Name: c.Name, Policy: c.Policy, Expected: "deny", Verdict: d.Verdict.String(), Code: d.Code, Reason: d.Reason, Rule: d.Rule,
		OK: c.Allowed == (d.Verdict == sshrestrict.Allow),
	}
	if c.Allowed {
		j.Expected = "allow"
	}
	if d.Start != nil {
		j.Argv = d.Start.Rendered()
	}
	return j, nil
}

func printJudged(out io.Writer, all []judged, wrong int) error {
	for _, j := range all {
		mark := "ok   "
		if !j.OK {
			mark = "WRONG"
		}
		detail := j.Reason
		if j.Argv != nil {
			detail = fmt.Sprintf("%q", j.Argv)
		}
		line := terminal.Printable(fmt.Sprintf("%s  %s  %s  %s  %s", mark, j.Name, j.Verdict, j.Code, detail))
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "%d cases, %d as expected, %d otherwise\n", len(all), len(all)-wrong, wrong)
	return err
}
