package embed

import _ "embed"

//go:embed dir/.hidden
var hidden string
