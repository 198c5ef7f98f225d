//! Reads a text before anything is asked of it: normal forms with offsets, language, words.
//!
//! In: the original text. Out: a text whose every span leads back to the original.
//! Never: decides what a text means.
