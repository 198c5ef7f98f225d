//! What is asked of a text: how it leans, which themes it has, whether it is spam.
