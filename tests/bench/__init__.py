"""Speed, held by ratios to floors measured in the same run. `make bench` runs all."""
