package nested

import "example.com/dep"

// Name is a name.
const Name = dep.Name
