package inner

import "example.com/b/deep"

// Name is a name.
const Name = deep.Name
