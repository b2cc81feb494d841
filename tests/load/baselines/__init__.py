"""What is usual, to compare with: each as its documentation shows it, on the same core as ours."""
