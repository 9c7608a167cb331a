package schema

// Source says how a cell of the crosswalk gets its values.
type Source uint8

// The sources of a cell.
const (
	Undeclared Source = iota // not declared yet
	Mapped                   // Expr finds the value
	Derived                  // Expr finds what the value is made from; Note is the rule
	Absent                   // the API version does not carry the field; Note is the reason
)

// String returns undeclared, mapped, derived or absent.
func (s Source) String() string {
	return [...]string{"undeclared", "mapped", "derived", "absent"}[s]
}

// A Cell says where one API version carries one field.
type Cell struct {
	Source Source
	Expr   string // see ParseExpr; empty if Absent
	Note   string // the rule if Derived, the reason if Absent
}

func at(expr string) Cell            { return Cell{Source: Mapped, Expr: expr} }
func derived(expr, rule string) Cell { return Cell{Source: Derived, Expr: expr, Note: rule} }
func absent(reason string) Cell      { return Cell{Source: Absent, Note: reason} }
