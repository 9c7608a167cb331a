//go:build cgo

package report

import (
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/render"
)

// An object is a JSON object. It is written with its keys in order.
type object = map[string]any

// A chart is a specification for Vega-Lite.
type chart struct{ spec object }

// chartMonths is the greatest number of months that a chart shows. The table has all.
const chartMonths = 48

// seriesColors are the colors of the series, which the style of pages defines for the
// light and for the dark scheme.
var seriesColors = []string{"var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)"}

// A unit is what the numbers of a chart are.
type unit struct {
	title   string // of the axis
	axis    string // expression of the labels of the axis
	tooltip string // format of a number
}

var (
	unitDollars     = unit{"US dollars", `replace(format(datum.value, "$.3~s"), "G", "B")`, "$,.2f"}
	unitReadmitted  = unit{"Share of index admissions", `format(datum.value, ".0%")`, ".2%"}
	unitUsual       = unit{"Share of a usual month", `format(datum.value, ".0%")`, ".2%"}
	unitPerMember   = unit{"US dollars per member month", `format(datum.value, "$,")`, "$,.2f"}
	unitPerThousand = unit{"Per 1,000 person-years", `format(datum.value, ",")`, ",.2f"}
	unitShare       = unit{"Share", `format(datum.value, ".0%")`, ".2%"}
)

func unitCount(title string) unit { return unit{title, `format(datum.value, ",")`, ",.0f"} }

// newChart returns the frame of a chart: its description for those who do not see it,
// its height, and its data.
func newChart(description string, height int, values []object) object {
	return object{
		"$schema":     "https://vega.github.io/schema/vega-lite/v6.json",
		"description": description,
		"width":       "container",
		"height":      height,
		"autosize":    object{"type": "fit-x", "contains": "padding"},
		"data":        object{"values": values},
	}
}

// valueAxis is the axis of the numbers, which begins at zero.
func valueAxis(u unit) object {
	return object{
		"field": "v", "type": "quantitative", "title": u.title,
		"scale": object{"zero": true, "nice": true},
		"axis":  object{"labelExpr": u.axis, "tickCount": 5},
	}
}

// monthAxis is the axis of months.
func monthAxis() object {
	return object{
		"field": "x", "type": "temporal", "timeUnit": "utcyearmonth", "title": "Month",
		"axis": object{"format": "%b %Y", "labelOverlap": true, "labelFlush": true, "grid": false, "labelSeparation": 12},
	}
}

// seriesColor is the color of the series of a chart with several.
func seriesColor(names []string) object {
	return object{
		"field": "s", "type": "nominal",
		"scale": object{"domain": names, "range": seriesColors[:min(len(names), len(seriesColors))]},
	}
}

// monthTooltip is shown at the mark of a month.
func monthTooltip(u unit, several bool) []object {
	list := []object{
		{"field": "x", "type": "temporal", "timeUnit": "utcyearmonth", "format": "%b %Y", "title": "Month"},
		{"field": "v", "type": "quantitative", "format": u.tooltip, "title": u.title},
	}
	if several {
		list = slices.Insert(list, 1, object{"field": "s", "type": "nominal", "title": "Series"})
	}
	return list
}

// monthValues returns the numbers of columns by month, and the names of the series.
func monthValues(r *result, columns []string) (values []object, names []string) {
	for _, name := range columns {
		c := r.column(name)
		if c < 0 {
			continue
		}
		names = append(names, labelOf(name))
		for i, row := range r.rows {
			values = append(values, r.monthValue(row, labelOf(name), i, c))
		}
	}
	return chartedMonths(values), names
}

// monthValue is the number of a row in a chart by month. A hidden one is null, so that
// no line is drawn across it.
func (r *result) monthValue(row []any, series string, i, c int) object {
	day, ok := row[r.column("month")].(time.Time)
	if !ok {
		return nil
	}
	v := row[c]
	if r.isHidden(i, c) {
		v = nil
	}
	return object{"x": day.Format(time.DateOnly), "s": series, "v": v}
}

// chartedMonths returns the values of the months from the first to the last with a
// number other than zero, at most chartMonths of them.
func chartedMonths(values []object) []object {
	first, last := "", ""
	for _, v := range values {
		if v == nil {
			continue
		}
		if n, ok := ratOf(v["v"]); !ok || n.Sign() == 0 {
			continue
		}
		x := v["x"].(string)
		if first == "" || x < first {
			first = x
		}
		last = max(last, x)
	}
	if end, err := time.Parse(time.DateOnly, last); err == nil {
		first = max(first, end.AddDate(0, 1-chartMonths, 0).Format(time.DateOnly))
	}
	return slices.DeleteFunc(values, func(v object) bool {
		return v == nil || first == "" || v["x"].(string) < first || v["x"].(string) > last
	})
}

// monthlyBars shows columns by month, as bars on top of one another.
func monthlyBars(u unit, columns ...string) func(*result) *chart {
	return func(r *result) *chart {
		values, names := monthValues(r, columns)
		return r.monthly(u, object{"type": "bar"}, values, names)
	}
}

// lineMark is the mark of lines by month.
var lineMark = object{"type": "line", "point": object{"size": 30, "filled": true}, "strokeWidth": 2}

// monthlyLines shows columns by month, as lines.
func monthlyLines(u unit, columns ...string) func(*result) *chart {
	return func(r *result) *chart {
		values, names := monthValues(r, columns)
		return r.monthly(u, lineMark, values, names)
	}
}

// monthlySeries shows one column by month, as a line for each of some values of
// another column.
func monthlySeries(u unit, column, series string, names ...string) func(*result) *chart {
	return func(r *result) *chart {
		c, s := r.column(column), r.column(series)
		var values []object
		for i, row := range r.rows {
			if name := render.Text(row[s]); slices.Contains(names, name) {
				values = append(values, r.monthValue(row, name, i, c))
			}
		}
		values = chartedMonths(values)
		return r.monthly(u, lineMark, values, names)
	}
}

// monthly shows values by month.
func (r *result) monthly(u unit, mark object, values []object, names []string) *chart {
	if len(values) == 0 {
		return nil
	}
	spec := newChart(r.describe(u, names), 260, values)
	color := seriesColor(names)
	if len(names) == 1 {
		color = object{"value": seriesColors[0]}
	}
	spec["mark"] = mark
	spec["encoding"] = object{"x": monthAxis(), "y": valueAxis(u), "tooltip": monthTooltip(u, len(names) > 1), "color": color}
	return &chart{spec}
}

// bars shows one column as a bar per row, in the order of the rows.
func bars(u unit, column string, names ...string) func(*result) *chart {
	return func(r *result) *chart {
		c := r.column(column)
		if c < 0 {
			return nil
		}
		var values []object
		var order []string
		for i, row := range r.rows {
			if r.isHidden(i, c) || row[c] == nil {
				continue
			}
			name := r.rowName(row, names)
			order = append(order, name)
			values = append(values, object{"s": name, "v": row[c]})
		}
		if len(values) == 0 {
			return nil
		}
		spec := newChart(r.describe(u, order), 24*len(values)+10, values)
		spec["mark"] = object{"type": "bar", "height": object{"band": 0.75}}
		x := valueAxis(u)
		x["axis"].(object)["labelOverlap"] = true
		spec["encoding"] = object{
			"x":     x,
			"y":     object{"field": "s", "type": "nominal", "sort": order, "title": rowTitle(names), "axis": object{"labelLimit": 240, "domain": false, "ticks": false}},
			"color": object{"value": seriesColors[0]},
			"tooltip": []object{
				{"field": "s", "type": "nominal", "title": "Name"},
				{"field": "v", "type": "quantitative", "format": u.tooltip, "title": u.title},
			},
		}
		return &chart{spec}
	}
}

// line shows one column against another, which is a number.
func line(u unit, column, by string) func(*result) *chart {
	return func(r *result) *chart {
		c, x := r.column(column), r.column(by)
		var values []object
		for i, row := range r.rows {
			if !r.isHidden(i, c) && row[c] != nil {
				values = append(values, object{"x": row[x], "v": row[c]})
			}
		}
		if len(values) == 0 {
			return nil
		}
		spec := newChart(r.describe(u, nil), 220, values)
		spec["mark"] = lineMark
		spec["encoding"] = object{
			"x":     object{"field": "x", "type": "quantitative", "title": labelOf(by), "axis": object{"grid": false, "tickMinStep": 1}},
			"y":     valueAxis(u),
			"color": object{"value": seriesColors[0]},
			"tooltip": []object{
				{"field": "x", "type": "quantitative", "title": labelOf(by)},
				{"field": "v", "type": "quantitative", "format": u.tooltip, "title": u.title},
			},
		}
		return &chart{spec}
	}
}

// rowTitle is the title of the axis of rows: of codes, what they are.
func rowTitle(columns []string) any {
	if len(columns) == 1 && columnLabels[columns[0]] != "" {
		return columnLabels[columns[0]]
	}
	return nil
}

// rowName joins the values of columns that name a row.
func (r *result) rowName(row []any, columns []string) string {
	name := ""
	for _, column := range columns {
		c := r.column(column)
		if c < 0 {
			continue
		}
		text := render.Line(render.Text(row[c]))
		if text == "" {
			text = "none"
		}
		if name != "" {
			name += " "
		}
		name += text
	}
	return name
}

// describe describes a chart to those who do not see it.
func (r *result) describe(u unit, names []string) string {
	text := "Chart: " + r.metric.Title + ", in " + u.title + "."
	if len(names) > 1 && len(names) <= len(seriesColors) {
		text += " Series: "
		for i, n := range names {
			if i > 0 {
				text += ", "
			}
			text += n
		}
		text += "."
	}
	return text + " The table below has the numbers."
}
