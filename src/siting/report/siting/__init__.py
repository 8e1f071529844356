"""Reports on proposals of sites: text, and the curve of what more sites would add."""
