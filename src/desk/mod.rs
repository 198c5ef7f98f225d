//! What an operator can do, once, for web, bot and command line.
