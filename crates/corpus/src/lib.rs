//! Reads public datasets into problems; filters, audits, splits, exports.
