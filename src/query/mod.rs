//! The topic language: what a brand manager writes, and which texts it matches.
