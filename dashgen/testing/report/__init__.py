"""What a run found, as text for people and as JSON, JUnit and GitHub annotations; one file per format."""
