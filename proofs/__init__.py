"""The long proofs: real processes, real faults, and a control that must be seen to fail."""
