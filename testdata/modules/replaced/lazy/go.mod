module example.com/lazy
