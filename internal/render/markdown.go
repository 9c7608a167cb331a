package render

import (
	"bufio"
	"io"
	"regexp"
	"strings"
	"sync"
)

// MarkdownText escapes a text so that it is shown as it is in a cell of a Markdown
// table: no markup, no HTML, on one line.
func MarkdownText(s string) string { return markdown.Replace(s) }

var markdown = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "`", "\\`", "\n", " ")

// MarkdownCode formats a text as code in a cell of a Markdown table, or as
// nothing if it is empty. The text has no backquotes.
func MarkdownCode(s string) string {
	if s == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(s, "|", `\|`) + "`"
}

// WriteMarkdown writes a table in Markdown, as GitHub reads it. Nothing stands for
// nil. Unlike MarkdownText, which is for our own words, it also escapes links,
// entities and backslashes.
func WriteMarkdown(w io.Writer, columns []Column, rows Rows) error {
	bw := bufio.NewWriter(w)
	header, rule := "|", "|"
	for _, c := range columns {
		header += " " + markdownCell(c.Name) + " |"
		if c.Number {
			rule += " ---: |"
		} else {
			rule += " --- |"
		}
	}
	line := header + "\n" + rule
	for {
		if _, err := bw.WriteString(line + "\n"); err != nil {
			return err
		}
		if !rows.Next() {
			break
		}
		line = "|"
		for _, v := range rows.Values() {
			line += " " + markdownCell(Text(v)) + " |"
		}
	}
	if err := bw.Flush(); err != nil {
		return err
	}
	return rows.Err()
}

// markdownCell escapes a value.
func markdownCell(s string) string {
	s = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "~", `\~`, "\n", " ").Replace(Plain(s))
	return MarkdownText(markdownEntity().ReplaceAllString(s, "&amp;$1"))
}

// markdownEntity matches what Markdown would show as another character.
var markdownEntity = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`&(#?[0-9A-Za-z]+;)`) })
