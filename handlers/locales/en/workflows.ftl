workflow-failed = No issue was created: { $why } Change the step in the workflow and run it again.
workflow-given-up = This step was given up: I could not reach my database for some minutes. Look whether the issue is there; if it is not, run the workflow again.
