//! Records in, measures and documents out; pure.
