package render

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"strings"
)

// A Page is an HTML document that needs no other file and no network. It follows
// the light or dark scheme of the reader, can be switched between them, and is
// printed in the light one. Its policy (CSP) lets a browser run its own scripts only.
type Page struct {
	Title   string
	Program string   // that writes the page, with its version
	Style   string   // CSS, after that of all pages
	Scripts []string // JavaScript, after the body and after that of all pages
	Body    func(io.Writer) error
}

//go:embed page.css
var pageStyle string

// pageScript sorts tables, switches between light and dark, and opens what is
// folded before it is printed.
//
//go:embed page.js
var pageScript string

// Write writes the document.
func (p *Page) Write(w io.Writer) error {
	bw := bufio.NewWriter(w)
	p.Begin(bw)
	if err := p.Body(bw); err != nil {
		return err
	}
	p.End(bw)
	return bw.Flush()
}

func (p *Page) scripts() []string { return append([]string{pageScript}, p.Scripts...) }

// Begin writes what is before the body, for a body in several pieces.
func (p *Page) Begin(w io.Writer) {
	style := pageStyle + p.Style
	fmt.Fprintf(w, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="%s">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="%s">
<title>%s</title>
<style>%s</style>
</head>
<body>
`, policy([]string{style}, p.scripts()), html.EscapeString(p.Program), html.EscapeString(p.Title), style)
}

// End writes what is after the body.
func (p *Page) End(w io.Writer) {
	for _, s := range p.scripts() {
		fmt.Fprintf(w, "<script>%s</script>\n", s)
	}
	fmt.Fprint(w, "</body>\n</html>\n")
}

// policy returns the content security policy of a page: nothing is loaded, and only
// these styles and scripts apply.
func policy(styles, scripts []string) string {
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src" + hashes(styles) + "; script-src" + hashes(scripts)
}

// hashes lists the hashes of texts as sources of a policy.
func hashes(texts []string) string {
	var b strings.Builder
	for _, t := range texts {
		sum := sha256.Sum256([]byte(t))
		fmt.Fprintf(&b, " 'sha256-%s'", base64.StdEncoding.EncodeToString(sum[:]))
	}
	return b.String()
}
