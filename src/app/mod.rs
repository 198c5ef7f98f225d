//! Builds everything, starts and names every task, stops them in order.
