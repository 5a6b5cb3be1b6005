// Package report answers the questions of the back office from the reporting
// replica, which allows few connections.
package report

import (
	"database/sql"
	"errors"
)

// ErrUnknownDay is returned for a day without orders.
var ErrUnknownDay = errors.New("report: no orders on that day")

// Reporter reads from the replica.
type Reporter struct{ replica *sql.DB }

// New returns a reporter that reads from replica.
func New(replica *sql.DB) *Reporter { return &Reporter{replica: replica} }
