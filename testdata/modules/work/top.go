package work

import "example.com/a"

// Name is a name.
const Name = a.Name
