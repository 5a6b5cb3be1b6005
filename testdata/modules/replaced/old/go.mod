module example.com/old

require example.com/lazy v0.0.1
