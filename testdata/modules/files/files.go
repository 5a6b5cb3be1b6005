// Package files has one file for each rule about which files belong to a build.
package files

import "fmt"

// Where says where this was built.
func Where() string { return fmt.Sprint(system, processor) }
