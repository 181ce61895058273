"""Two peers to compare with, by both doors: one that does nothing, and a naive one."""
