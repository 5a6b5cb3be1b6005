package one

import "example.com/two"

// Name is a name.
const Name = two.Name
