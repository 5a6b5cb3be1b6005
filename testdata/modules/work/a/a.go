package a

import "example.com/shared"

// Name is a name.
const Name = shared.Name
