package render

import "strings"

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
