package c

import _ "example.com/broken/b"
