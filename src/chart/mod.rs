//! Curves, drawn once: SVG for pages and reports, PNG for alerts.
