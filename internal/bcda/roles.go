package bcda

import "github.com/cclf-tools/cclf/schema"

// A Role names the elements of an array that meet conditions, for the functions
// that look at more than one element.
type Role struct {
	Resource string
	Array    string
	Name     RoleName
	Where    string // conditions, as in ParseExpr
}

// A RoleName says what an element is to those functions.
type RoleName uint8

// The roles that elements have.
const (
	RolePrincipal RoleName = iota // a diagnosis
	RoleAdmitting
	RoleSecondary
	RoleExternal
	RoleExternalFirst
	RoleReason
	RoleMarked  // a diagnosis with a present-on-admission indicator
	RoleMBI     // an identifier
	RoleCurrent // the MBI in use
	RoleNames   // number of roles
)

// Roles returns the roles of an API version.
func Roles(api schema.API) []Role { return roles[api] }

var roles = [len(schema.APIs)][]Role{
	schema.V1: {
		{eob, "diagnosis", RolePrincipal, "type.coding.code=principal"},
		{eob, "diagnosis", RoleAdmitting, "type.coding.code=admitting"},
		{eob, "diagnosis", RoleExternal, "type.coding.code=external,external-first"},
		{eob, "diagnosis", RoleExternalFirst, "type.coding.code=external-first"},
		{eob, "diagnosis", RoleReason, "type.coding.code=reason-for-visit"},
		{patient, "identifier", RoleMBI, "system=sid:us-mbi"},
		{patient, "identifier", RoleCurrent, "extension.valueCoding.code=current"},
	},
	schema.V2: {
		{eob, "diagnosis", RolePrincipal, "type.coding.code=principal"},
		{eob, "diagnosis", RoleAdmitting, "type.coding.code=admitting"},
		{eob, "diagnosis", RoleSecondary, "type.coding.code=secondary"},
		{eob, "diagnosis", RoleExternal, "type.coding.code=externalcauseofinjury"},
		{eob, "diagnosis", RoleReason, "type.coding.code=patientreasonforvisit"},
		{patient, "identifier", RoleMBI, "system=sid:us-mbi"},
		{patient, "identifier", RoleCurrent, "type.coding.extension.valueCoding.code=current"},
		{claim, "diagnosis", RolePrincipal, "type.coding.code=principal"},
		{claim, "diagnosis", RoleAdmitting, "type.coding.code=admitting"},
		{claim, "diagnosis", RoleMarked, "onAdmission.coding.system=" + fiss + "diag-poa-ind"},
	},
	schema.V3: {
		{eob, "diagnosis", RolePrincipal, "type.coding.code=principal"},
		{eob, "diagnosis", RoleAdmitting, "type.coding.code=admitting"},
		{eob, "diagnosis", RoleExternal, "type.coding.code=externalcauseofinjury"},
		{eob, "diagnosis", RoleReason, "type.coding.code=patientreasonforvisit"},
		{patient, "identifier", RoleMBI, "system=sid:us-mbi"},
	},
}

// ParseConds parses the conditions of a role.
func ParseConds(s string) ([]schema.Cond, error) {
	expr, err := schema.ParseExpr("x[" + s + "]")
	if err != nil {
		return nil, err
	}
	return expr[0].Path[0].Conds, nil
}
