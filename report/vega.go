package report

import (
	"embed"
	"strings"
	"sync"
)

//go:embed vega/*.min.js chart.js
var scriptFiles embed.FS

// scripts returns the JavaScript that draws charts, in the order in which it runs.
var scripts = sync.OnceValue(func() []string {
	var list []string
	for _, name := range []string{"vega/vega.min.js", "vega/vega-lite.min.js", "vega/vega-embed.min.js", "chart.js"} {
		text, err := scriptFiles.ReadFile(name)
		if err != nil {
			panic("report: internal error: " + err.Error())
		}
		// A browser would look for the map.
		script, _, _ := strings.Cut(string(text), "\n//# sourceMappingURL=")
		list = append(list, script)
	}
	return list
})
