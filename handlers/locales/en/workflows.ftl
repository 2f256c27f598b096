workflow-failed = No issue was created: { $why } Change the step in the workflow and run it again.
