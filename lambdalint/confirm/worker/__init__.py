"""The process that imports Keras and runs the user's code: one experiment, one forked child."""
