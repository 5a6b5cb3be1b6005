package b

import _ "example.com/broken/c"
