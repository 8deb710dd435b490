"""The ledger: a Merkle tree of every change, its tiles and its signed checkpoints (FP art. 7)."""
